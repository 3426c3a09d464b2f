import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export interface KeyLine {
  keys: string[];
  what: string;
}

interface SheetState {
  lines: KeyLine[];
  setLines: (lines: KeyLine[]) => void;
}

const Sheet = createContext<SheetState>({ lines: [], setLines: () => undefined });

export function KeyLines({ children }: { children: ReactNode }) {
  const [lines, setLines] = useState<KeyLine[]>([]);
  const value = useMemo(() => ({ lines, setLines }), [lines]);
  return <Sheet value={value}>{children}</Sheet>;
}

export const useSheetLines = () => useContext(Sheet).lines;

/** Tells the key sheet which keys this page has; they leave it with the page. */
export function useKeySheet(lines: KeyLine[]): void {
  const { setLines } = useContext(Sheet);
  useEffect(() => {
    setLines(lines);
    return () => setLines([]);
  }, [lines, setLines]);
}
