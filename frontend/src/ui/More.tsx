import { type ReactNode, useState } from "react";

/** What folds out, made only once it is asked for. */
export function More({ title, children }: { title: string; children: () => ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{title}</summary>
      {opened && <div style={{ paddingTop: 8 }}>{children()}</div>}
    </details>
  );
}
