import type { Rung } from '../../model/figure.ts'

export function writeFigure(value: number, ladder: readonly Rung[]): string
export function writeSpan(durationMs: number): string
export function writePercentile(percentile: number): string
