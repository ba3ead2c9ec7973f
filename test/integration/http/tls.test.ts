import { request } from "node:https";
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { authority, server as certificate, client } from "../../harness/certificates.ts";
import { startServer } from "./test-server.ts";

function get(port: number, identity: { readonly cert?: string; readonly key?: string } = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path: "/healthz", ca: authority, agent: false, ...identity }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Common name of the certificate the server shows. */
function nameShown(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca: authority }, () => {
      const name = socket.getPeerCertificate().subject.CN;
      resolve(Array.isArray(name) ? name[0] : name);
      socket.end();
    });
    socket.on("error", reject);
  });
}

describe("TLS", () => {
  it("serves HTTPS, and nothing without it", async () => {
    const { url, port } = await startServer({ tls: certificate });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(await get(port)).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it("asks clients for a certificate of the authority when one is given", async () => {
    const { port } = await startServer({ tls: { ...certificate, clientCa: authority } });
    expect(await get(port, client)).toBe(200);
    await expect(get(port)).rejects.toThrow();
  });

  it("takes a new certificate on reload, and keeps the old one when the new one is not usable", async () => {
    const { server, port } = await startServer({ tls: certificate });
    expect(() => server.reload({ tokens: [], tls: { cert: "nonsense", key: "nonsense" } })).toThrow();
    expect(await nameShown(port)).toBe("fixture server");
    server.reload({ tokens: [], tls: { ...client } });
    expect(await nameShown(port)).toBe("fixture client");
  });
});
