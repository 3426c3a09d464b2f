import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import { type Thread, threadPath, took } from "../../api/threads";
import { uniqueId } from "../../ui/unique";

export interface Waiting {
  clientId: string;
  text: string;
}

interface Kept {
  draft: string;
  waiting: Waiting[];
}

const NOTHING: Kept = { draft: "", waiting: [] };
const TRY_AGAIN_MS = 4000;

/** What one person has typed into one thread, kept by the browser: a reload or a lost connection takes nothing. */
export class Outbox {
  private kept: Kept;

  constructor(private readonly key: string) {
    this.kept = this.stored();
  }

  private stored(): Kept {
    try {
      return { ...NOTHING, ...(JSON.parse(localStorage.getItem(this.key) ?? "{}") as Partial<Kept>) };
    } catch {
      return NOTHING;
    }
  }

  private keep(next: Kept): Kept {
    this.kept = next;
    try {
      if (next.draft === "" && next.waiting.length === 0) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(next));
    } catch {
      // Without storage it lasts as long as the page.
    }
    return next;
  }

  get now(): Kept {
    return this.kept;
  }

  write(draft: string): Kept {
    return this.keep({ ...this.kept, draft });
  }

  /** Puts the draft in line; its id makes sending it twice harmless. */
  seal(): Kept {
    const text = this.kept.draft.trim();
    if (text === "") return this.kept;
    return this.keep({ draft: "", waiting: [...this.kept.waiting, { clientId: uniqueId(), text }] });
  }

  done(clientId: string): Kept {
    return this.keep({ ...this.kept, waiting: this.kept.waiting.filter((one) => one.clientId !== clientId) });
  }

  /** Gives a message back to be written anew. */
  back(clientId: string): Kept {
    const one = this.kept.waiting.find((waiting) => waiting.clientId === clientId);
    const draft = [one?.text, this.kept.draft].filter(Boolean).join("\n\n");
    return this.keep({ draft, waiting: this.kept.waiting.filter((waiting) => waiting.clientId !== clientId) });
  }
}

/** The outbox of a thread: what is sent goes out in its order, once, as soon as the server can be reached. */
export function useOutbox(projectId: string, threadId: string, person: string) {
  const queries = useQueryClient();
  const [outbox] = useState(() => new Outbox(`loopwright-thread-${person}-${threadId}`));
  const [kept, setKept] = useState(outbox.now);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const sending = useRef(false);
  const flush = useCallback(async () => {
    if (sending.current) return;
    sending.current = true;
    try {
      for (let next = outbox.now.waiting[0]; next; next = outbox.now.waiting[0]) {
        const body = { client_id: next.clientId, text: next.text };
        const thread = await call<Thread>("POST", project(projectId, threadPath(threadId, "/messages")), { json: body });
        setKept(outbox.done(next.clientId));
        took(queries, projectId, thread);
      }
    } catch (failure) {
      const problem = asApiError(failure);
      const first = outbox.now.waiting[0];
      // What the server will never take goes back to its writer, with the reason.
      if (!problem.isTransient && first) {
        setKept(outbox.back(first.clientId));
        setRefused(problem);
      }
    } finally {
      sending.current = false;
    }
  }, [outbox, projectId, threadId, queries]);
  useEffect(() => {
    const retry = () => void flush();
    const timer = setInterval(retry, TRY_AGAIN_MS);
    window.addEventListener("online", retry);
    retry();
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", retry);
    };
  }, [flush]);
  return {
    ...kept,
    refused,
    write: (draft: string) => setKept(outbox.write(draft)),
    send: () => {
      setRefused(null);
      setKept(outbox.seal());
      void flush();
    },
  };
}
