import { type ReactNode, useId, useRef } from "react";

const GAP = 6;
const EDGE = 8;

interface HintProps {
  label: ReactNode;
  children: ReactNode;
  /** A hint on plain text takes focus, so that a keyboard can read it; one around a control does not. */
  focusable?: boolean;
}

function place(bubble: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const below = at.bottom + GAP + size.height < window.innerHeight;
  const left = Math.min(Math.max(EDGE, at.left), window.innerWidth - size.width - EDGE);
  bubble.style.left = `${left}px`;
  bubble.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - size.height - GAP)}px`;
}

/** More about what is shown, on hover and on focus. The browser's own top layer carries it: nothing clips it, and it costs no library. */
export function Hint({ label, children, focusable = false }: HintProps) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const bubble = useRef<HTMLSpanElement>(null);
  const show = () => {
    const shown = bubble.current;
    if (!shown?.showPopover || !anchor.current || shown.matches(":popover-open")) return;
    shown.showPopover();
    place(shown, anchor.current);
  };
  const hide = () => {
    const shown = bubble.current;
    if (shown?.hidePopover && shown.matches(":popover-open")) shown.hidePopover();
  };
  return (
    <>
      <span
        ref={anchor}
        className="lw-anchor"
        aria-describedby={id}
        role={focusable ? "note" : undefined}
        tabIndex={focusable ? 0 : undefined}
        onMouseEnter={show}
        onMouseLeave={hide}
        onFocus={show}
        onBlur={hide}
        onKeyDown={(event) => event.key === "Escape" && hide()}
      >
        {children}
      </span>
      <span ref={bubble} id={id} role="tooltip" popover="manual" className="lw-bubble">{label}</span>
    </>
  );
}
