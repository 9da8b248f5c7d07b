import { expect, test } from 'vitest'
import { BoundedMap } from '../../../../lib/target/bounded-map.ts'

test('the oldest entry is forgotten for the newest', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([undefined, 2, 3, 2])
})

test('an entry in use is kept, and the next one forgotten', () => {
  const map = new BoundedMap<string, number>(2, (value) => value === 1)
  map.set('a', 1)
  map.set('b', 2)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
})

test('entries in use may exceed the limit, and the newest is never the one to go', () => {
  const map = new BoundedMap<string, number>(1, (value) => value === 1)
  map.set('a', 1)
  map.set('b', 1)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, 1, 3, 3])
})

test('an entry can be deleted, once', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  expect([map.delete('a'), map.delete('a'), map.size]).toEqual([true, false, 0])
})

test('an entry that is set again is the newest', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4])
})
