/** The least whole number in [low, high) for which `holds`, or `high`. Where it holds once, it must hold above. */
export function firstWhere(low: number, high: number, holds: (index: number) => boolean): number {
  let least = low
  let most = high
  while (least < most) {
    const middle = least + Math.floor((most - least) / 2)
    if (holds(middle)) most = middle
    else least = middle + 1
  }
  return least
}
