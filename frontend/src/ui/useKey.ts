import { useHotkeys } from "react-hotkeys-hook";

const TYPED = new Set(["text", "search", "email", "url", "password", "number", "file"]);

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && TYPED.has(target.type);
}

function hasOwnEnter(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button:not([role=radio]), summary, [role=tab], [role=option]") !== null;
}

/** Dialogs close without a transition: one that is closed is out of the document, and out of the way of keys. */
const dialogIsOpen = () => document.querySelector("[role=dialog], [data-dialog]") !== null;

interface KeyOptions {
  enabled?: boolean;
  /** Works in text fields too (Enter to send, Escape to leave). */
  inFields?: boolean;
}

/** A key of the page: off while one types, while a dialog is open, and where the focused control has that key. */
export function useKey(keys: string, act: (event: KeyboardEvent) => void, { enabled = true, inFields = false }: KeyOptions = {}) {
  useHotkeys(
    keys,
    (event) => {
      event.preventDefault();
      act(event);
    },
    {
      enabled,
      enableOnFormTags: true,
      useKey: true,
      ignoreEventWhen: (event) =>
        dialogIsOpen() ||
        event.isComposing ||
        (!inFields && isTyping(event.target)) ||
        (event.key === "Enter" && hasOwnEnter(event.target)),
    },
    [act, enabled, inFields],
  );
}
