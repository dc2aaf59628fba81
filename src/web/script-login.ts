/**
 * Runs in browsers, beside a link to a provider: what stands behind "#" is sent to nobody, and so
 * would be lost on the way there and back.
 */
export const scriptLogin = `
const { hash } = location;
for (const link of document.querySelectorAll('a[href^="/login"]')) {
  const url = new URL(link.href);
  const next = url.searchParams.get("next") ?? "/";
  if (!/^#[\\w.-]{1,200}$/u.test(hash) || next.includes("#")) continue;
  url.searchParams.set("next", next + hash);
  link.href = url.href;
}
`;
