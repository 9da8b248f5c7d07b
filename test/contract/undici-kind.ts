import { Client } from 'undici'
import { undiciKind } from '../../functions/generator/undici/undici-carrier.ts'

/** Undici as a carrier, without a proxy. */
export const UNDICI = undiciKind(Client)
