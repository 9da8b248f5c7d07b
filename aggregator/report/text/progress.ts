import pc from 'picocolors'
import type { Live } from '../../../lib/core/results/live.ts'
import {
  boundsOf,
  formatBound,
  formatFigure,
  formatNumber,
  formatSpan,
  formatUsd,
  NO_FIGURE,
  SHARE,
} from '../model/figure.ts'
import { MARKS } from '../model/row.ts'
import { clip, columnsOf, flow, type Look, paint, plain } from './terminal.ts'

/** The block that a terminal redraws while a run goes on. */
export function progressBlock(live: Live, { width, color }: Look): string {
  const colors = pc.createColors(color)
  const worst = worstOf(live)
  const figures = figuresOf(live).map(([label, value]) => `${colors.dim(label)} ${colors.bold(value)}`)
  const lines = [
    headOf(live, width),
    barOf(live, width, colors.cyan, colors.dim),
    ...flow(figures, '   ', width),
    ...(worst === '' ? [] : [paint(colors, live.worst?.state ?? 'pass')(clip(worst, width))]),
    ...unpublishedOf(live).map((text) => paint(colors, 'warn')(clip(text, width))),
  ]
  return lines.join('\n')
}

/** The same in one line, for logs. */
export function progressLine(live: Live): string {
  const { elapsedMs, durationMs, stage } = live
  const parts = [
    `${formatSpan(elapsedMs)} of ${formatSpan(durationMs)}`,
    ...(live.stopping ? ['stopping'] : []),
    ...(stage === undefined ? [] : [`stage ${plain(stage)}`]),
    ...figuresOf(live).map(([label, value]) => `${label} ${value}`),
    ...(live.worst === undefined ? [] : [worstOf(live)]),
    ...unpublishedOf(live),
  ]
  return parts.join(' · ')
}

function headOf({ run, stage, stopping }: Live, width: number): string {
  const right = stopping ? 'stopping' : stage === undefined ? '' : `stage ${plain(stage)}`
  const left = clip(plain(run), width - columnsOf(right) - 1)
  return clip(
    left + ' '.repeat(Math.max(1, width - columnsOf(left) - columnsOf(right))) + right,
    width,
  ).trimEnd()
}

type Brush = (text: string) => string

function barOf({ elapsedMs, durationMs }: Live, width: number, done: Brush, rest: Brush): string {
  const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, elapsedMs / durationMs))
  const figures = `  ${formatSpan(elapsedMs)} / ${formatSpan(durationMs)}  ${Math.floor(share * 100)} %`
  const columns = Math.max(0, width - columnsOf(figures))
  const full = Math.floor(share * columns)
  return done('━'.repeat(full)) + rest('─'.repeat(columns - full)) + figures
}

function figuresOf(live: Live): [label: string, value: string][] {
  return [
    ['users', formatNumber(live.users)],
    ['requests', `${formatNumber(live.requestsPerSecond)}/s`],
    ['p95', live.p95Ms === undefined ? NO_FIGURE : formatFigure(live.p95Ms, 'ms')],
    ['errors', formatFigure(live.failedShare, SHARE)],
    ['generators', `${formatNumber(live.generatorsUp)} of ${formatNumber(live.generatorsPlanned)}`],
    ...costOf(live),
  ]
}

function costOf({ cost }: Live): [label: string, value: string][] {
  return cost === undefined ? [] : [['cost', `${formatUsd(cost.accruedUsd)} of ${formatUsd(cost.quotedUsd)}`]]
}

function worstOf({ worst }: Live): string {
  if (worst === undefined) return ''
  const { title, value, unit, limit, state } = worst
  return `${MARKS[state]} ${plain(title)} ${formatFigure(value, unit, boundsOf(limit))}, limit ${formatBound(limit, unit)}`
}

function unpublishedOf({ unpublished }: Live): string[] {
  return unpublished === undefined
    ? []
    : [`${MARKS.warn} series missing in CloudWatch: ${plain(unpublished)}`]
}
