/** A random id. `crypto.randomUUID` is there only on localhost and behind TLS; a server on a plain LAN address works too. */
export function uniqueId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
