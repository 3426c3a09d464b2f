import type { UseStore } from "idb-keyval";

/** A store of this browser that says "kept" only once it is on the disk; IndexedDB's default may lose the last writes at power loss. */
export function strictStore(database: string, name: string): UseStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () =>
    (opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database);
      request.onupgradeneeded = () => request.result.createObjectStore(name);
      request.onerror = () => reject(request.error ?? new Error(`${database} cannot be opened`));
      request.onsuccess = () => {
        request.result.onclose = () => (opened = undefined);
        request.result.onversionchange = () => {
          request.result.close();
          opened = undefined;
        };
        resolve(request.result);
      };
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return (mode, work) => open().then((db) => work(db.transaction(name, mode, { durability: "strict" }).objectStore(name)));
}
