import { type ApiError, asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import type { Answer, Assignment, AssignmentsAnswer, Progress } from "../../api/types";
import { type DeskState, goneFrom, START, withFresh, withoutOne } from "./deskState";
import { type Draft, EMPTY, type Partly, withAnswer } from "./drafts";
import { Observed } from "./observed";
import * as outbox from "./outbox";
import { inOrder, lastToUndo, mayUndo, type Past, remember } from "./past";
import { type Sender, startSender } from "./sender";
import { openShelf, Saver, type Whose } from "./shelf";
import type { Measured } from "./signals";
import { type Seat, takeSeat } from "./tabs";

/** The item in view and two behind it. */
export const HOLD = 3;

/** One annotator's desk in one project: items held, drafts, and the way out. Everything shown is decided here, at once; the server follows. */
export class LabelDesk extends Observed<DeskState> {
  private readonly done = new Set<string>();
  /** Sent while their item was still on its way back. */
  private readonly whenBack = new Map<string, () => void>();
  /** Judgment ids by client id, for what is sent while it is being taken back. */
  private readonly sentIds = new Map<string, string | null>();
  readonly projectId: string;
  private readonly saver: Saver;
  private sender: Sender | null = null;
  private seat: Seat | null = null;
  /** The number of this page's time at the desk; null until the next reserve begins one. */
  sitting: number | null = null;
  private closed = false;

  constructor(readonly whose: Whose) {
    super(START);
    this.saver = new Saver(whose);
    this.projectId = whose.projectId;
  }

  private save(): Promise<void> {
    const { elsewhere, opened, held, drafts, past } = this.state;
    return elsewhere || !opened ? Promise.resolve() : this.saver.save({ held: [...held], drafts: { ...drafts }, past: [...past] });
  }

  open(): void {
    this.seat = takeSeat(`${this.projectId}/${this.whose.person}`, (mine) => (mine ? void this.sit() : this.set({ elsewhere: true, opened: true })));
    this.sender = startSender(this.whose, {
      // Between two sittings an answer brings no items: a release on its way could take them.
      want: () => (this.sitting === null ? { ...this.want(), count: 0 } : this.want()),
      sent: (sent) => this.settle(sent),
      left: (waiting) => this.set(waiting === 0 ? { waiting, signedOut: false, away: false } : { waiting }),
      stuck: (why) => this.set({ [why]: true }),
    });
  }

  close(): void {
    this.closed = true;
    this.sender?.stop();
    this.seat?.leave();
  }

  /** Leaves on the desk only these of its items. The sitting ends: what the next reserve brings is safe from a release that it overtakes. */
  keepOnly(held: DeskState["held"]): void {
    this.sitting = null;
    this.set({ held });
    void this.save();
  }

  takeOver = () => this.seat?.takeOver();

  /** Lays out what this browser kept, then asks the server what of it still holds. */
  private async sit(): Promise<void> {
    this.sitting = null;
    const [saved, sealed, refused] = await Promise.all([openShelf(this.whose), outbox.waiting(this.whose), outbox.refused(this.whose)]);
    if (this.closed) return;
    sealed.forEach((entry) => this.done.add(entry.assignment.id));
    const held = saved.held.filter((assignment) => !this.done.has(assignment.id));
    this.set({ ...saved, held, opened: true, elsewhere: false, waiting: sealed.length, refused });
    await this.renew();
  }

  private want(): outbox.Want {
    const { held, elsewhere } = this.state;
    return { count: elsewhere ? 0 : Math.max(0, HOLD - held.length), held: held.map((assignment) => assignment.id) };
  }

  /** Asks for as many items as the desk lacks. */
  ask = () => this.reserve(this.want());

  /** Asks which of the items on the desk are still held; their leases are renewed by it. */
  renew = () => this.reserve({ count: Math.max(HOLD, this.state.held.length), held: [] });

  private async reserve({ count, held }: outbox.Want): Promise<void> {
    if (count === 0 || this.state.asking || this.state.elsewhere || this.closed) return;
    this.set({ asking: true });
    try {
      const sealed = (await outbox.waiting(this.whose)).map((entry) => entry.assignment.id);
      const before = held.length === 0 ? this.state.held : [];
      const sit = this.sitting === null;
      const answer = await call<AssignmentsAnswer>("POST", project(this.projectId, "/assignments"), { json: { count, held: [...held, ...sealed], fair: true, sit } });
      this.sitting = answer.sitting ?? this.sitting;
      const gone = goneFrom(before, answer.assignments, this.state);
      if (gone.size > 0) this.set({ held: this.state.held.filter((one) => !gone.has(one.id)) });
      this.take(answer.assignments, answer.progress);
      this.set({ asking: false, answered: true, problem: null, signedOut: false, away: false });
    } catch (error) {
      const problem = asApiError(error);
      this.set({ asking: false, problem, signedOut: problem.status === 401, away: problem.isTransient });
    }
  }

  private take(fresh: readonly Assignment[], progress: Progress | null): void {
    const known = fresh.filter((one) => !this.done.has(one.id));
    this.set({ held: withFresh(this.state.held, known), progress: progress ?? this.state.progress });
    void this.save();
  }

  draft(id: string): Draft {
    return this.state.drafts[id] ?? EMPTY;
  }

  edit(id: string, change: Partial<Draft>): void {
    this.whenBack.delete(id);
    this.set({ drafts: { ...this.state.drafts, [id]: { ...this.draft(id), ...change } } });
    void this.save();
  }

  /** `at` is the active time in milliseconds at which this was chosen, `said` says it in words. */
  answer(id: string, answer: Partly, { revised, at, said }: { revised?: boolean; at: number; said: string }): void {
    const before = this.draft(id);
    const after = withAnswer(before, answer, said, revised);
    const first = before.firstChoice === null && after.firstChoice !== null;
    this.edit(id, first ? { ...after, firstChoiceMs: at } : after);
  }

  /** Keeps what was measured so far, for a page that is left before it sends. */
  keep(id: string, measured: Measured): void {
    if (!this.state.held.some((one) => one.id === id)) return;
    this.state = { ...this.state, drafts: { ...this.state.drafts, [id]: { ...this.draft(id), ...measured } } };
    void this.save();
  }

  /** Seals the item in view with this answer and moves on at once; an item on its way back goes as soon as it is there. */
  send(answer: Answer, measured: Measured): void {
    const current = this.state.held[0];
    if (!current) return;
    const go = () => this.leave(current.id, { answer, skipReason: null }, measured);
    if (!this.state.returning.includes(current.id)) return go();
    this.whenBack.set(current.id, go);
    this.set({});
  }

  isLeaving = (id: string) => this.whenBack.has(id);

  skip(reason: string, measured: Measured): void {
    const current = this.state.held[0];
    if (current && !this.state.returning.includes(current.id)) this.leave(current.id, { answer: null, skipReason: reason }, measured);
  }

  private leave(id: string, what: Pick<outbox.Sealed, "answer" | "skipReason">, measured: Measured): void {
    const current = this.state.held.find((one) => one.id === id);
    if (!current) return;
    const draft = { ...this.draft(id), ...measured };
    const entry = outbox.entryOf(this.whose, current, draft, what);
    this.done.add(id);
    const drafts = { ...this.state.drafts };
    delete drafts[id];
    this.set({
      held: this.state.held.filter((one) => one.id !== id),
      drafts,
      past: remember(this.state.past, { entry, draft, judgmentId: null, sent: false }),
      waiting: this.state.waiting + 1,
      undoProblem: null,
    });
    void outbox.seal(entry).then((onDisk) => {
      if (!onDisk) this.set({ unkept: true });
      void this.save();
      this.sender?.nudge();
    });
  }

  private settle(sent: outbox.Sent): void {
    const { clientId } = sent.entry;
    this.set({ away: false, signedOut: false, problem: null });
    if (sent.kind === "refused") {
      this.set({ past: this.state.past.filter((past) => past.entry.clientId !== clientId), refused: [...this.state.refused, sent.entry] });
      void this.ask();
      return;
    }
    const judgmentId = sent.answer?.judgment_id ?? null;
    const known = { judgmentId, sent: true, revealed: sent.answer?.revealed ?? null };
    this.set({ past: this.state.past.map((past) => (past.entry.clientId === clientId ? { ...past, ...known } : past)) });
    this.sentIds.set(clientId, judgmentId);
    this.take(sent.answer?.next ?? [], sent.answer?.progress ?? null);
    if (this.state.held.length < HOLD && !sent.answer) void this.ask();
  }

  /** Takes an answer back, the last one unless another is named: its item is in view at once, with everything chosen in it. */
  async undo(clientId?: string): Promise<void> {
    const past = clientId === undefined ? lastToUndo(this.state.past) : this.state.past.find((one) => one.entry.clientId === clientId);
    if (!past || !mayUndo(past) || this.state.elsewhere) return;
    const item = past.entry.assignment;
    this.done.delete(item.id);
    this.set({
      past: this.state.past.filter((one) => one !== past),
      held: [item, ...this.state.held.filter((one) => one.id !== item.id)],
      drafts: { ...this.state.drafts, [item.id]: past.draft },
      returning: [...this.state.returning, item.id],
      undoProblem: null,
    });
    try {
      this.back(item.id, await this.takeBack(past));
    } catch (error) {
      this.stays(past, asApiError(error));
    }
  }

  private async takeBack({ entry, judgmentId }: Past): Promise<Assignment> {
    const unsent = await outbox.withdraw(entry.clientId);
    const again = unsent ? entry.assignment : await outbox.undoSent(this.projectId, judgmentId ?? this.sentIds.get(entry.clientId) ?? null);
    this.set(unsent ? { waiting: Math.max(0, this.state.waiting - 1) } : { progress: withoutOne(this.state.progress) });
    return again;
  }

  private back(id: string, again: Assignment): void {
    this.set({ held: this.state.held.map((one) => (one.id === id ? again : one)), returning: this.state.returning.filter((one) => one !== id) });
    void this.save();
    const send = this.whenBack.get(id);
    this.whenBack.delete(id);
    if (send) send();
    this.sender?.nudge();
  }

  /** The answer stays as it was sent; the desk goes on with what was on it before. */
  private stays(past: Past, problem: ApiError): void {
    const { id } = past.entry.assignment;
    const later = problem.isTransient || problem.status === 401;
    this.whenBack.delete(id);
    this.done.add(id);
    const without = { held: this.state.held.filter((one) => one.id !== id), returning: this.state.returning.filter((one) => one !== id) };
    this.set({ ...without, past: later ? inOrder([...this.state.past, past]) : this.state.past, undoProblem: problem.message });
    void this.save();
  }

  forgetUndoProblem = () => this.set({ undoProblem: null });

  async putAway(clientId: string): Promise<void> {
    await outbox.putAway(clientId);
    this.set({ refused: this.state.refused.filter((entry) => entry.clientId !== clientId) });
  }
}
