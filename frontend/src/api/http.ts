import { errorFrom, offline } from "./errors";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface CallOptions {
  json?: unknown;
  body?: BodyInit;
  contentType?: string;
  signal?: AbortSignal;
}

/** One call to the server; throws ApiError. The session travels in an HttpOnly cookie. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  let body = options.body;
  if (options.json !== undefined) {
    body = JSON.stringify(options.json);
    headers["Content-Type"] = "application/json";
  } else if (options.contentType) {
    headers["Content-Type"] = options.contentType;
  }
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body, signal: options.signal, credentials: "same-origin" });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw offline(cause);
  }
  const type = response.headers.get("content-type") ?? "";
  // JSON lines (x-ndjson) are many values: whoever asks for them reads them line by line.
  const parsed: unknown = /\bjson\b/.test(type) ? await response.json().catch(() => null) : await response.text();
  if (!response.ok) throw errorFrom(response.status, parsed);
  return parsed as T;
}

export const project = (id: string, rest = "") => `/api/projects/${encodeURIComponent(id)}${rest}`;
