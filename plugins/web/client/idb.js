// What is kept on this device: chats that were read, and messages that are still to be sent. Without IndexedDB (a private window)
// nothing is kept, and all else works.

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("netbit", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("cache");
      asked.result.createObjectStore("outbox", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

async function run(store, mode, work, otherwise) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    return otherwise;
  }
}

export const read = (key) => run("cache", "readonly", (store) => store.get(key));
export const keep = (key, value) => run("cache", "readwrite", (store) => store.put(value, key));
export const kept = () => run("outbox", "readonly", (store) => store.getAll(), []);
export const keepUnsent = (item) => run("outbox", "readwrite", (store) => store.put(item));
export const forgetUnsent = (key) => run("outbox", "readwrite", (store) => store.delete(key));

export async function forgetAll() {
  await run("cache", "readwrite", (store) => store.clear());
  await run("outbox", "readwrite", (store) => store.clear());
}

// The newest messages of the chats that were read last, so that they can be read without a server.
const keptChats = 30;

export async function keepChat(id, messages) {
  await keep(`chat/${id}`, messages);
  const order = [id, ...((await read("order")) || []).filter((one) => one !== id)];
  for (const old of order.splice(keptChats)) await run("cache", "readwrite", (store) => store.delete(`chat/${old}`));
  await keep("order", order);
}
