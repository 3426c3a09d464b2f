/** A key as drawn on a keyboard. */
export function Key({ children }: { children: string }) {
  return <kbd className="lw-key">{children}</kbd>;
}
