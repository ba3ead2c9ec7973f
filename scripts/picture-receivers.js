// What the pictures of messages are taken from: a Slack and a mail server that keep the first alert they are told of.
import { once } from "node:events";
import { createServer } from "node:http";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** Marks that Slack writes as `:name:`, with characters that every machine has a font for. */
const MARKS = { rotating_light: '<span style="color:#e01e5a">●</span>', point_right: "☞" };

/** Resolves `first` with the blocks of the first message and the picture that followed it. */
export async function startSlack() {
  let told;
  const first = new Promise((resolve) => {
    told = resolve;
  });
  let blocks;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const answer = (value) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.url === "/upload") {
      told({ blocks, picture: body });
      return response.end("OK");
    }
    if (request.url.endsWith("files.getUploadURLExternal"))
      return answer({ ok: true, file_id: "F1", upload_url: `http://${request.headers.host}/upload` });
    if (request.url.endsWith("chat.postMessage"))
      blocks ??= JSON.parse(new URLSearchParams(body.toString()).get("blocks") ?? "[]");
    return answer({ ok: true, channel: "C1", ts: "1.000001" });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${server.address().port}/api/`, first, close };
}

/** Resolves `first` with the page of the first mail, its picture in place. */
export async function startMail() {
  let told;
  const first = new Promise((resolve) => {
    told = resolve;
  });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"],
    onData: (stream, _session, done) => {
      simpleParser(stream).then(({ html, subject, from }) => {
        const head = `<p style="font:14px sans-serif;color:#475569;border-bottom:1px solid #dde1ea;padding-bottom:8px">
          From ${escapeHtml(from.text)}<br><b style="color:#171c28">${escapeHtml(subject)}</b></p>`;
        told(html.replace(/<body[^>]*>/, (body) => `${body}${head}`));
        done();
      }, done);
    },
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { smarthost: `127.0.0.1:${server.server.address().port}`, first, close };
}

/** A message's blocks about as Slack shows them, with the first reply of its thread. */
export function slackPage(blocks, picture) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>
    body { font: 15px/1.45 Lato, "Liberation Sans", sans-serif; color: #1d1c1d; margin: 16px 20px; }
    h1 { font-size: 18px; margin: 0 0 6px; } section { margin: 8px 0; white-space: pre-line; }
    .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 16px; } .context { color: #616061; font-size: 13px; }
    button { font: 600 14px "Liberation Sans", sans-serif; padding: 5px 12px; margin-right: 8px; border: 1px solid #bbb; border-radius: 6px; background: #fff; }
    button.primary { background: #007a5a; color: #fff; border: 0; } button.danger { background: #e01e5a; color: #fff; border: 0; }
    code { background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; font-size: 12px; color: #c01343; overflow-wrap: anywhere; }
    a { color: #1264a3; } .fields div { overflow-wrap: anywhere; } .who { font-weight: 700; margin-bottom: 4px; }
    .thread { border-left: 3px solid #ddd; padding-left: 14px; margin-top: 12px; } img { width: 440px; border: 1px solid #ddd; border-radius: 8px; }
  </style><div class="who">Tenfold</div>${blocks.map(block).join("")}
  <div class="thread"><div class="who">Tenfold</div><img alt="" src="data:image/png;base64,${picture.toString("base64")}"></div></html>`;
}

function block({ type, text, fields, elements }) {
  if (type === "header") return `<h1>${mrkdwn(escapeHtml(text.text))}</h1>`;
  if (type === "actions") {
    const buttons = elements.map((one) => `<button class="${one.style ?? ""}">${escapeHtml(one.text.text)}</button>`);
    return `<section style="white-space:normal">${buttons.join("")}</section>`;
  }
  if (type === "context") return `<section class="context">${elements.map((one) => mrkdwn(one.text)).join("\n")}</section>`;
  if (fields) return `<section class="fields">${fields.map((one) => `<div>${mrkdwn(one.text)}</div>`).join("")}</section>`;
  return `<section>${mrkdwn(text.text)}</section>`;
}

/** Slack's markup to HTML; the program has escaped what comes from outside already. */
function mrkdwn(text) {
  return text
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replace(/:([a-z_]+):/g, (whole, name) => MARKS[name] ?? whole)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/^\*([^*\n]+)\*/gm, "<b>$1</b>");
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
