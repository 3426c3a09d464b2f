import { useHotkeys } from "react-hotkeys-hook";

const TYPED = new Set(["text", "search", "email", "url", "password", "number", "file"]);

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && TYPED.has(target.type);
}

function hasOwnEnter(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button:not([role=radio], [role=checkbox]), summary, [role=tab], [role=option]") !== null;
}

/** Dialogs close without a transition: one that is closed is out of the document, and out of the way of keys. */
const dialogIsOpen = () => document.querySelector("[role=dialog], [data-dialog]") !== null;

interface KeyOptions {
  enabled?: boolean;
  /** Works in text fields too (Enter to send, Escape to leave). */
  inFields?: boolean;
}

const taken = (event: KeyboardEvent, inFields: boolean) =>
  dialogIsOpen() ||
  // The key that closed a dialog was for the dialog: what it was pressed in is gone by now.
  (event.target instanceof Node && !event.target.isConnected) ||
  event.isComposing ||
  // A focused radio group has moved by this arrow already.
  (event.defaultPrevented && event.key.startsWith("Arrow")) ||
  (!inFields && isTyping(event.target)) ||
  (event.key === "Enter" && hasOwnEnter(event.target)) ||
  (event.key === "Enter" && event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey);

/** A key of the page: off while one types, while a dialog is open, and where the focused control has that key. */
export function useKey(keys: string, act: (event: KeyboardEvent) => void, { enabled = true, inFields = false }: KeyOptions = {}) {
  useHotkeys(
    keys,
    (event) => {
      event.preventDefault();
      act(event);
    },
    { enabled, enableOnFormTags: true, useKey: true, ignoreEventWhen: (event) => taken(event, inFields) },
    [act, enabled, inFields],
  );
}

/** With Shift too: some keyboards have their digits there. */
const DIGITS = Array.from({ length: 10 }, (_, digit) => `${digit},shift+${digit}`).join(",");

/** The digits as keys of the page. */
export function useDigits(act: (digit: string) => void, options: KeyOptions = {}) {
  useKey(DIGITS, (event) => act(event.key), options);
}

/** Signs as keys, wherever a keyboard has them and whether they need Shift there or not. */
export function useSigns(acts: Record<string, () => void>) {
  useHotkeys(
    "*",
    (event) => {
      event.preventDefault();
      acts[event.key]?.();
    },
    { enableOnFormTags: true, useKey: true, ignoreEventWhen: (event) => acts[event.key] === undefined || event.ctrlKey || event.metaKey || event.altKey || taken(event, false) },
    [acts],
  );
}
