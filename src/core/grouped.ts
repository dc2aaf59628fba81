/** 10000 as "10,000", also of a decimal: "1234.50" as "1,234.50". */
export function grouped(number: number | string): string {
  const [whole = "", ...places] = String(number).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/gu, ","), ...places].join(".");
}
