import { useEffect, useState } from "react";
import { ago, exactTime } from "./format";
import { Hint } from "./Hint";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const tick = () => setNow(Date.now() / 1000);
    listeners.add(tick);
    timer ??= setInterval(() => listeners.forEach((listener) => listener()), 20_000);
    return () => {
      listeners.delete(tick);
    };
  }, []);
  return now;
}

/** "3 minutes ago", with the exact time in the reader's zone on hover. `at` is in Unix seconds. */
export function Ago({ at }: { at: number | null | undefined }) {
  const now = useNow();
  if (at === null || at === undefined) return <span>{"\u2013"}</span>;
  return (
    <Hint label={exactTime(at)}>
      <time dateTime={new Date(at * 1000).toISOString()} className="lw-number">{ago(at, Math.max(now, at))}</time>
    </Hint>
  );
}
