/**
 * Text for SMS. One message holds 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038); a single other character turns all of
 * it into UCS-2, of which only 70 fit. So other characters are written with those of the alphabet.
 */

const BASIC = new Set(
  "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Sent as an escape and a character: two places. */
const EXTENDED = new Set("^{}\\[~]|€");
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ["…", "..."],
  ["–", "-"],
  ["—", "-"],
  ["“", '"'],
  ["”", '"'],
  ["„", '"'],
  ["‘", "'"],
  ["’", "'"],
  ["×", "x"],
]);

/** `text` in the alphabet: accents that it lacks are left out, what cannot be written becomes `?`. */
export function gsmText(text: string): string {
  let out = "";
  for (const char of text) {
    if (BASIC.has(char) || EXTENDED.has(char)) out += char;
    else out += WRITTEN.get(char) ?? written(char);
  }
  return out;
}

function written(char: string): string {
  const bare = [...char.normalize("NFKD")].filter((one) => !/\p{M}/u.test(one));
  return bare.length > 0 && bare.every((one) => BASIC.has(one)) ? bare.join("") : "?";
}

/** Places that a text of the alphabet takes. */
export function gsmLength(text: string): number {
  return [...text].reduce((sum, char) => sum + (EXTENDED.has(char) ? 2 : 1), 0);
}

/** A text of the alphabet in at most `limit` places, ending in `..` when cut. */
export function gsmTruncate(text: string, limit: number): string {
  if (gsmLength(text) <= limit) return text;
  let out = "";
  let left = limit - 2;
  for (const char of text) {
    left -= gsmLength(char);
    if (left < 0) break;
    out += char;
  }
  return limit < 2 ? "" : `${out.trimEnd()}..`;
}
