import { asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import type { Answer, Assignment, AssignmentsAnswer, Progress, Undone } from "../../api/types";
import { begun, type Draft, EMPTY, openDesk, type Partly, saveDesk, withAnswer } from "./drafts";
import * as outbox from "./outbox";

/** The item in view and two behind it. */
export const HOLD = 3;

export interface DeskState {
  opened: boolean;
  asking: boolean;
  held: Assignment[];
  drafts: Record<string, Draft>;
  progress: Progress | null;
  waiting: number;
  refused: outbox.Sealed[];
  signedOut: boolean;
  problem: Error | null;
  canUndo: boolean;
}

interface Past {
  entry: outbox.Sealed;
  draft: Draft;
  judgmentId: string | null;
}

const START: DeskState = {
  opened: false, asking: false, held: [], drafts: {}, progress: null, waiting: 0, refused: [], signedOut: false, problem: null, canUndo: false,
};

/** One annotator's desk in one project: items held, drafts, and the way out. Everything shown is decided here, at once; the server follows. */
export class LabelDesk {
  private state = START;
  private readonly listeners = new Set<() => void>();
  private readonly done = new Set<string>();
  private past: Past[] = [];
  private sender: outbox.Sender | null = null;

  constructor(readonly projectId: string) {}

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.state;

  private set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change, canUndo: this.past.length > 0 };
    this.listeners.forEach((listener) => listener());
  }

  private save(): void {
    void saveDesk(this.projectId, this.state.held, this.state.drafts).catch(() => undefined);
  }

  async open(): Promise<void> {
    const [saved, sealed, refused] = await Promise.all([
      openDesk(this.projectId, Date.now() / 1000),
      outbox.waiting(this.projectId),
      outbox.refused(this.projectId),
    ]);
    sealed.forEach((entry) => this.done.add(entry.assignment.id));
    const held = saved.held.filter((assignment) => !this.done.has(assignment.id));
    this.set({ opened: true, held, drafts: saved.drafts, waiting: sealed.length, refused });
    this.sender = outbox.startSender(this.projectId, {
      want: () => this.want(),
      sent: (sent) => this.settle(sent),
      count: (waiting) => this.set({ waiting, ...(waiting === 0 ? { signedOut: false } : {}) }),
      signedOut: () => this.set({ signedOut: true }),
    });
    await this.ask();
  }

  close(): void {
    this.sender?.stop();
    this.sender = null;
  }

  private want(): outbox.Want {
    const { held } = this.state;
    return { count: Math.max(0, HOLD - held.length), held: held.map((assignment) => assignment.id) };
  }

  /** Asks for as many items as the desk lacks. */
  async ask(): Promise<void> {
    const { count, held } = this.want();
    if (count === 0 || this.state.asking) return;
    this.set({ asking: true });
    try {
      const sealed = (await outbox.waiting(this.projectId)).map((entry) => entry.assignment.id);
      const answer = await call<AssignmentsAnswer>("POST", project(this.projectId, "/assignments"), { json: { count, held: [...held, ...sealed] } });
      this.take(answer.assignments, answer.progress);
      this.set({ asking: false, problem: null });
    } catch (error) {
      const problem = asApiError(error);
      this.set({ asking: false, problem, signedOut: problem.status === 401 });
    }
  }

  private take(fresh: readonly Assignment[], progress: Progress | null): void {
    const known = new Set(this.state.held.map((assignment) => assignment.id));
    const added = fresh.filter((assignment) => !known.has(assignment.id) && !this.done.has(assignment.id));
    this.set({ held: [...this.state.held, ...added], progress: progress ?? this.state.progress });
    this.save();
  }

  draft(id: string): Draft {
    return this.state.drafts[id] ?? EMPTY;
  }

  edit(id: string, change: Partial<Draft>): void {
    this.set({ drafts: { ...this.state.drafts, [id]: { ...this.draft(id), ...change } } });
    this.save();
  }

  answer(id: string, answer: Partly, revised?: boolean): void {
    this.edit(id, withAnswer(this.draft(id), answer, revised));
  }

  /** Seals the item in view with this answer and moves on at once. */
  send(answer: Answer, activeMs: number): void {
    const current = this.state.held[0];
    if (current) this.leave(current, { answer, skipReason: null, activeMs });
  }

  skip(reason: string, activeMs: number): void {
    const current = this.state.held[0];
    if (current) this.leave(current, { answer: null, skipReason: reason, activeMs });
  }

  private leave(current: Assignment, what: Pick<outbox.Sealed, "answer" | "skipReason" | "activeMs">): void {
    const draft = this.draft(current.id);
    const entry: outbox.Sealed = {
      ...what,
      clientId: crypto.randomUUID(),
      projectId: this.projectId,
      assignment: current,
      revisions: draft.revisions,
      at: Date.now(),
      tab: outbox.TAB,
    };
    this.done.add(current.id);
    this.past.push({ entry, draft: { ...draft, activeMs: what.activeMs }, judgmentId: null });
    const now = Date.now() / 1000;
    const rest = this.state.held.slice(1).filter((next) => next.lease_until > now || begun(this.draft(next.id)));
    this.set({ held: rest, waiting: this.state.waiting + 1 });
    void outbox.seal(entry).then(() => {
      this.save();
      this.sender?.nudge();
    });
  }

  private settle(sent: outbox.Sent): void {
    if (sent.kind === "refused") {
      this.past = this.past.filter((past) => past.entry.clientId !== sent.entry.clientId);
      this.set({ refused: [...this.state.refused, sent.entry] });
      void this.ask();
      return;
    }
    const { answer, entry } = sent;
    const past = this.past.find((one) => one.entry.clientId === entry.clientId);
    if (past && answer) past.judgmentId = answer.judgment_id;
    if (past && !answer) this.past = this.past.filter((one) => one !== past);
    this.take(answer?.next ?? [], answer?.progress ?? null);
    if (this.state.held.length < HOLD && !answer) void this.ask();
  }

  /** Takes the last answer back: from the outbox if it still waits there, else from the server. */
  async undo(): Promise<void> {
    const last = this.past.pop();
    this.set({});
    if (!last) return;
    let taken: Assignment = last.entry.assignment;
    if (!(await outbox.withdraw(last.entry.clientId))) {
      if (last.judgmentId === null) return;
      try {
        const path = project(this.projectId, `/judgments/${last.judgmentId}/undo`);
        taken = (await call<Undone>("POST", path)).assignment;
      } catch (error) {
        this.set({ problem: asApiError(error) });
        return;
      }
    }
    this.done.delete(taken.id);
    const held = [taken, ...this.state.held.filter((one) => one.id !== taken.id)];
    this.set({ held, drafts: { ...this.state.drafts, [taken.id]: last.draft }, waiting: Math.max(0, this.state.waiting - 1) });
    this.save();
    this.sender?.nudge();
  }

  async putAway(clientId: string): Promise<void> {
    await outbox.putAway(clientId);
    this.set({ refused: this.state.refused.filter((entry) => entry.clientId !== clientId) });
  }
}
