import type { Json } from "./types";

/** What every failed call throws: what happened, to what, and what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string,
    readonly detail: Json | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** The request never reached the server, or the server could not answer: worth trying again. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface WireError {
  error?: { code?: string; message?: string; remedy?: string; detail?: Json };
  detail?: unknown;
}

/** Reads the server's error body; a body of another shape still gives a sentence. */
export function errorFrom(status: number, body: unknown): ApiError {
  const wire = (body ?? {}) as WireError;
  const error = wire.error;
  if (error?.message) {
    return new ApiError(status, error.code ?? "error", error.message, error.remedy ?? "", error.detail ?? null);
  }
  const detail = wire.detail === undefined ? null : { detail: wire.detail };
  return new ApiError(status, `http_${status}`, `The server answered with status ${status}.`, "Try again; if it stays, look at the server's log.", detail);
}

export function offline(cause: unknown): ApiError {
  return new ApiError(0, "offline", "The server could not be reached.", "Check that it runs and that you are connected; this page tries again by itself.", { cause: String(cause) });
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new ApiError(0, "page", "This page could not show what the server sent.", "Reload the page. If it stays, tell us the technical detail.", { error: text });
}
