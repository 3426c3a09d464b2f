import { vi } from "vitest";
import type { Question } from "../api/answers";
import type { Assignment } from "../api/types";

const PAIRWISE: Question = {
  id: "q", kind: "pairwise", text: "Which answer is better?", ask_reason: true, options: null, strength: null, scale: null, criteria: null, at_least: null,
};

export interface Posted {
  path: string;
  body: Record<string, unknown>;
}

/** A server of four pairs, enough for the page; the e2e tests use the real one. */
export class TinyServer {
  posted: Posted[] = [];
  reachable = true;
  refuse = new Set<string>();
  /** What the server says of the day, beside the counts. */
  day: Record<string, unknown> = {};
  /** What is asked waits for this before it is answered. */
  hold: Promise<unknown> = Promise.resolve();
  private next = 1;
  private sitting = 0;

  private readonly question: Question;

  /** Items of one question; `having` says what else they hold. */
  constructor(private readonly total = 5, question: Partial<Question> = {}, private readonly having: Partial<Assignment> = {}) {
    this.question = { ...PAIRWISE, ...question };
  }

  private item(): Assignment | null {
    if (this.next > this.total) return null;
    const number = this.next++;
    return {
      id: `asg_${number}`, token: number, item_id: `itm_${number}`, lease_until: Date.now() / 1000 + 600, question: this.question,
      prompt: [{ role: "user", content: `Prompt ${number}` }],
      completions: this.question.kind === "pairwise" ? [{ side: "left", text: `Left text ${number}` }, { side: "right", text: `Right text ${number}` }] : [{ side: "only", text: `Text ${number}` }],
      image: null, guideline: null, segment: "all", requires: [], simulated: false, ...this.having,
    };
  }

  private lease(count: number): Assignment[] {
    return Array.from({ length: count }, () => this.item()).filter((item) => item !== null);
  }

  private answer(path: string, body: Record<string, unknown>): [number, unknown] {
    const progress = { mine: this.posted.filter((one) => one.path.endsWith("/judgments")).length, remaining: this.total, open_items: this.total, today: 0, session: null, cap: { reached: null }, paused: null, last_guideline: null, ...this.day };
    if (path.endsWith("/assignments")) return [200, { assignments: this.lease(Number(body.count)), progress, sitting: body.sit ? ++this.sitting : null }];
    if (path.endsWith("/release")) return [200, { released: (body.assignments as string[]).length }];
    if (path.endsWith("/skip")) return [200, {}];
    if (path.endsWith("/judgments")) {
      if (this.refuse.has(String(body.assignment_id))) return [409, { error: { code: "lease_lost", message: "The lease ran out.", remedy: "Go on with the next item." } }];
      return [200, { judgment_id: `jdg_${body.assignment_id}`, repeated: false, revealed: this.day.revealed ?? null, next: this.lease(Number(body.count)), progress }];
    }
    if (path.endsWith("/undo")) {
      const number = Number(/asg_(\d+)/.exec(path)?.[1]);
      this.next = number;
      const [assignment] = this.lease(1);
      this.next = this.total + 1;
      return [200, { assignment }];
    }
    return [404, { error: { code: "not_found", message: "no such path" } }];
  }

  /** Answers for one project only: what an earlier test still has on its way must not reach this one. */
  start(projectId: string) {
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      if (!this.reachable || !path.startsWith(`/api/projects/${projectId}/`)) throw new TypeError("Failed to fetch");
      const body = JSON.parse((init.body as string | undefined) ?? "{}") as Record<string, unknown>;
      await this.hold;
      const [status, json] = this.answer(path, body);
      if (init.method === "POST" && !path.endsWith("/assignments")) this.posted.push({ path, body });
      return new Response(JSON.stringify(json), { status, headers: { "content-type": "application/json" } });
    });
    return this;
  }
}
