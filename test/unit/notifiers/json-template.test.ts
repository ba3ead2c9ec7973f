import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileTemplate, templateProblems, templateVariables } from "../../../src/notifiers/json-template.ts";

const scope = {
  data: {
    severity: "critical",
    series: [
      { policy: "pci", ratio: 10.9 },
      { policy: "hipaa", ratio: 3 },
    ],
    resolvedAt: null,
  },
  message: { headline: 'He said "stop"\n\\ and went' },
};
const fill = (template: unknown) => compileTemplate(template)(scope);

describe("a JSON template", () => {
  it("keeps what is no text as it is, and its shape", () => {
    const template = { a: 1, b: null, c: [true, { d: "plain", e: [] }] };
    expect(fill(template)).toEqual(template);
  });

  it("fills in fields, which keep their type where they are the whole text", () => {
    expect(
      fill({
        ratio: "{{ data.series[0].ratio }}",
        spaced: "{{- data.series.last.ratio -}}",
        all: "{{ data.series }}",
        none: "{{ data.nothing.there }}",
        ended: "{{ data.resolvedAt }}",
        text: "{{ data.severity | upcase }}: {{ data.series[0].ratio }}x",
        joined: "{{ data.series | map: 'policy' | join: ', ' }}",
        chosen: "{% if data.severity == 'critical' %}P1{% else %}P3{% endif %}",
        listed: "{% for one in data.series %}{{ one.policy }};{% endfor %}",
        braces: "{{ '}}' }}",
      }),
    ).toEqual({
      ratio: 10.9,
      spaced: 3,
      all: scope.data.series,
      none: null,
      ended: null,
      text: "CRITICAL: 10.9x",
      joined: "pci, hipaa",
      chosen: "P1",
      listed: "pci;hipaa;",
      braces: "}}",
    });
  });

  it("says what is wrong, and where", () => {
    const template = { a: ["fine", "{{ data.severity"], b: { c: "{% if x %}", d: "{{ x | nope }}" }, e: "{% include 'x' %}" };
    expect(templateProblems(template).map(({ path, message }) => [path.join("."), message.split(",")[0]])).toEqual([
      ["a.1", 'output "{{ data.severity" not closed'],
      ["b.c", "tag {% if x %} not closed"],
      ["b.d", "undefined filter: nope"],
      ["e", 'tag "include" not found'],
    ]);
    expect(() => compileTemplate(template)).toThrow("not closed");
  });

  it("says what it asks for, without its own variables and what is wrong", () => {
    const template = {
      a: "{{ data.series[0].ratio | plus: data.add }}",
      b: ["{% for one in data.series %}{{ one.x }}{% endfor %}{% assign y = message.text %}{{ y }}"],
      c: "{{ data[message.title].x }}",
      d: "{{ broken",
    };
    expect(templateVariables(template).map(({ path, segments }) => `${path.join(".")}: ${segments.join(".")}`)).toEqual([
      "a: data.series.0.ratio",
      "a: data.add",
      "b.0: data.series",
      "b.0: message.text",
      "c: data",
      "c: message.title",
    ]);
  });

  it("stops what would take too long", () => {
    const endless = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}";
    expect(() => fill({ endless })).toThrow(/limit exceeded/);
  });

  it("reaches nothing but the fields themselves", () => {
    expect(fill({ a: "{{ data.constructor.name }}", b: "{{ message.headline.constructor }}", c: "{{ process }}" })).toEqual({
      a: null,
      b: null,
      c: null,
    });
  });

  it("law: whatever is filled in, the body is JSON of the template's shape", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('","x":"', "{{ data.secret }}", "{% raw %}", "\ud800", "\u2028"),
    );
    const template = { quoted: 'He said: "{{ data.text }}"', alone: "{{ data.text }}", list: ["{{ data.text }}", 1] };
    const make = compileTemplate(template);
    fc.assert(
      fc.property(hostile, (text) => {
        const filled = make({ data: { text, secret: "s3cret" } });
        expect(JSON.parse(JSON.stringify(filled))).toEqual({ quoted: `He said: "${text}"`, alone: text, list: [text, 1] });
      }),
      { seed: 20261125 },
    );
  });
});
