// The columns that uPlot draws, out of the summary: first the x values, then those of every line.

export function timeColumns({ lines }, { timeline, server, startedAt }) {
  const outside = lines[0].values.server
  if (outside !== undefined) {
    const { points } = server[outside]
    return [points.map(([atMs]) => atMs - startedAt), points.map(([, value]) => value)]
  }
  const { points } = timeline
  return [
    points.map(({ atMs }) => atMs),
    ...lines.map(({ values }) =>
      values.metric === undefined
        ? points.map((point) => valueAt(values, point))
        : columnOf(values, timeline.metrics, points.length),
    ),
  ]
}

/** A metric that was never measured has no value at any point. */
function columnOf({ metric, column }, metrics, length) {
  const line = metrics.find((one) => one.metric === metric)
  return line?.[column] ?? Array.from({ length }, () => null)
}

function valueAt({ field, part, of }, point) {
  if (field !== undefined) return point[field] ?? null
  return point[of] > 0 ? point[part] / point[of] : null
}

/**
 * Percentile curves on a common x axis of 1 / (1 - percentile), where every further nine has the same width.
 * The highest percentile that n values can show is that of the last but one: x ends at n.
 */
export function percentileColumns(distributions) {
  const largest = Math.max(...distributions.map((points) => points.at(-1)?.count ?? 1))
  const position = ({ percentile }) => Math.min(largest, 1 / (1 - percentile))
  const xs = [...new Set(distributions.flat().map(position))].sort((a, b) => a - b)
  const curve = (points) => {
    let next = 0
    return xs.map((x) => {
      while (next < points.length - 1 && position(points[next]) < x) next++
      return points[next]?.valueMs ?? null
    })
  }
  return [xs, ...distributions.map(curve)]
}

/** A logarithm has no place for zero. */
export function onlyPositive([xs, ...columns]) {
  return [xs, ...columns.map((values) => values.map((value) => (value > 0 ? value : null)))]
}

export function highestOf([, ...columns]) {
  return Math.max(0, ...columns.flat().filter((value) => value !== null))
}

const NEAR = 2.5

/** The bounds that an axis makes room for: those near the highest value, or the first one above a line of zeros. */
export function nearBounds(bounds, highest) {
  if (highest > 0) return bounds.filter(({ value }) => value <= highest * NEAR)
  const lowest = Math.min(...bounds.map(({ value }) => value))
  return bounds.filter(({ value }) => value === lowest)
}
