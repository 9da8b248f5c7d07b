/** An amount as people read it; below a cent with the digits it takes. */
export function formatUsd(amount: number): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.01 ? { maximumSignificantDigits: 2 } : {}
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', ...digits }).format(amount)
}
