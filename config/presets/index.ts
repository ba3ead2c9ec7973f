/** The built-in regimes, by the name used in `regimes: [{preset: …}]`. */
import { named, type RegimePreset } from "./preset.ts";

export const PRESET_NAMES = ["pci", "hipaa", "gdpr", "soc2", "nist", "cis", "iso27001", "fedramp"] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

export const presets: Readonly<Record<PresetName, RegimePreset>> = {
  /** PCI DSS: `pci-restrict-egress`, `PCI_DSS_1.3.4`, `cardholder-data-egress`. */
  pci: named("critical", "pci|pci[-_ ]?dss|cardholder|chd"),
  /** HIPAA: `hipaa-deny-all`, `HIPAA_164.312`, `phi-egress`. */
  hipaa: named("critical", "hipaa|phi|ephi"),
  /** GDPR: `gdpr-eu-only`, `GDPR_32.1`, `personal-data-export`. */
  gdpr: named("error", "gdpr|dsgvo|rgpd|personal[-_ ]data"),
  /** SOC 2: `soc2-egress`, `SOC2_CC6.1`, `soc-2-logging`. */
  soc2: named("error", "soc[-_ ]?2"),
  /** NIST 800-53, 800-171, 800-190: `NIST_800-53_AC-4`. */
  nist: named("error", "nist"),
  /** CIS benchmarks: `cis-1.6-privileged`. */
  cis: named("warning", "cis"),
  /** ISO/IEC 27001: `iso27001-a8`, `iso-27001`. */
  iso27001: named("error", "iso[-_ ]?(iec[-_ ]?)?27001"),
  /** FedRAMP: `fedramp-moderate-egress`. */
  fedramp: named("critical", "fed[-_ ]?ramp"),
};
