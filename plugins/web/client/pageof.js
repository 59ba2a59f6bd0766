// From an address that the API gives for a thing to the page where this client shows it. The service worker uses it, too.

const pages = [
  [/^\/api\/chats\/(\d+)\/messages\/(\d+)$/, "/c/$1/m/$2"],
  [/^\/api\/chats\/(\d+)$/, "/c/$1"],
  [/^\/api\/projects\/([^/]+)\/([^/]+)\/issues\/(\d+)$/, "/p/$1/$2/issues/$3"],
  [/^\/api\/projects\/([^/]+)\/([^/]+)\/([^/]+)\/pulls\/(\d+)$/, "/p/$1/$2/code/$3/pulls/$4"],
  [/^\/api\/projects\/([^/]+)\/([^/]+)\/([^/]+)$/, "/p/$1/$2/code/$3"],
  [/^\/api\/projects\/([^/]+)\/([^/]+)$/, "/p/$1/$2"],
  [/^\/api\/git\/([^/]+)\/([^/]+)\/pulls\/(\d+)$/, "/r/$1/$2/pulls/$3"],
  [/^\/api\/git\/([^/]+)\/([^/]+)$/, "/r/$1/$2"],
];

/** The page, as what stands behind the #; null for another origin, and for what has no page here. */
export function pageOf(address, origin = location.origin) {
  let url;
  if (!address) return null;
  try {
    url = new URL(address, origin);
  } catch {
    return null;
  }
  if (url.origin !== origin) return null;
  if (url.pathname === "/") return /^#\/(?!\/)/.test(url.hash) ? url.hash.slice(1) : url.hash ? null : "/";
  for (const [pattern, page] of pages) if (pattern.test(url.pathname)) return url.pathname.replace(pattern, page);
  return null;
}
