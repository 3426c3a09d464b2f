import { asApiError } from "../../api/errors";
import { nextToSend, type Sent, sendOne, waiting, type Want } from "./outbox";
import type { Whose } from "./shelf";
import { alone, TAB } from "./tabs";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export interface Sender {
  /** Something was sealed, or the way may be free again: send now. */
  nudge: () => void;
  stop: () => void;
}

interface Told {
  want: () => Want;
  sent: (sent: Sent) => void;
  left: (count: number) => void;
  /** The server took nothing: no way to it, or nobody is signed in. */
  stuck: (why: "away" | "signedOut") => void;
}

/** Posts sealed answers in order until none is left; what fails is tried again, ever more slowly. */
export function startSender(whose: Whose, on: Told): Sender {
  let stopped = false;
  let busy = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  async function sendNext(): Promise<"sent" | "empty" | "later"> {
    const entry = await nextToSend(whose.person);
    if (!entry || stopped) return "empty";
    const here = entry.tab === TAB && entry.projectId === whose.projectId;
    try {
      const sent = await sendOne(entry, here ? on.want() : { count: 0, held: [] });
      if (entry.projectId === whose.projectId) on.sent(sent);
    } catch (error) {
      on.stuck(asApiError(error).status === 401 ? "signedOut" : "away");
      return "later";
    }
    wait = FIRST_WAIT_MS;
    return "sent";
  }

  async function drain(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    let state: "sent" | "empty" | "later" = "sent";
    do {
      again = false;
      state = await alone(sendNext).catch(() => "later" as const);
    } while (!stopped && (state === "sent" || (state === "empty" && again)));
    busy = false;
    if (stopped) return;
    on.left((await waiting(whose)).length);
    timer = setTimeout(() => void drain(), state === "later" ? wait : LONGEST_WAIT_MS);
    if (state === "later") wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  const nudge = () => {
    wait = FIRST_WAIT_MS;
    void drain();
  };
  const back = () => document.visibilityState === "visible" && nudge();
  window.addEventListener("online", nudge);
  window.addEventListener("focus", nudge);
  document.addEventListener("visibilitychange", back);
  nudge();
  return {
    nudge,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      window.removeEventListener("online", nudge);
      window.removeEventListener("focus", nudge);
      document.removeEventListener("visibilitychange", back);
    },
  };
}
