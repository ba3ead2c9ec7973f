/** Requests to the HTTP interface this page comes from. */

const TOKEN = "tenfold-token";
let askForToken = () => Promise.reject(new Error("a token is needed"));

/** `ask` is called when the server wants a token; it resolves once there is one. */
export function onUnauthorized(ask) {
  askForToken = ask;
}

/** Kept for this tab only. */
export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

export function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return request(query ? `${path}?${query}` : path, {});
}

export function post(path, body) {
  return request(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

async function request(path, options) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { accept: "application/json", ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(path, { ...options, headers, cache: "no-store" });
  if (response.status === 401) {
    await askForToken();
    return request(path, options);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok)
    throw Object.assign(new Error(body.detail ?? body.title ?? `HTTP ${response.status}`), { status: response.status });
  return body;
}
