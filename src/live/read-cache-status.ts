import { isInnerList, parseList, Token } from 'structured-headers'
import { Fate } from '../stats/tally.ts'

/** What one cache on the way said of an answer. Source: RFC 9211, 2. */
export interface CacheWord {
  cache: string
  isHit: boolean
  fwd: string
  fwdStatus: number | undefined
  isStored: boolean
  isCollapsed: boolean
  ttl: number
  detail: string
}

/** The members of a Cache-Status field, that nearest to the origin first; none of a field that is no list. */
export function readCacheStatus(field: string): CacheWord[] {
  try {
    return parseList(field).flatMap(member => {
      if (isInnerList(member)) return []
      const [value, parameters] = member
      const word = (name: string): string => {
        const found = parameters.get(name)
        return found instanceof Token ? found.toString() : typeof found === 'string' ? found : ''
      }
      const number = (name: string): number | undefined => {
        const found = parameters.get(name)
        return typeof found === 'number' ? found : undefined
      }
      return {
        cache: value instanceof Token ? value.toString() : String(value),
        isHit: parameters.get('hit') === true,
        fwd: word('fwd'),
        fwdStatus: number('fwd-status'),
        isStored: parameters.get('stored') === true,
        isCollapsed: parameters.get('collapsed') === true,
        ttl: number('ttl') ?? Number.NaN,
        detail: word('detail'),
      }
    })
  } catch {
    return []
  }
}

/** Where an answer that is no error ended at a cache, and why it was no hit. */
export function fateOfWord(said: CacheWord): { fate: Fate; reason: string } {
  const { isHit, fwd, fwdStatus, isStored, isCollapsed, detail } = said
  if (detail.startsWith('stale-')) return { fate: Fate.stale, reason: '' }
  if (isHit) return { fate: said.ttl < 0 ? Fate.stale : Fate.hit, reason: '' }
  if (isCollapsed) return { fate: Fate.join, reason: 'join' }
  if (fwdStatus === 304 && fwd === 'stale') return { fate: Fate.revalidated, reason: 'expired' }
  if (!isStored && detail !== '') return { fate: Fate.pass, reason: 'uncacheable' }
  return { fate: Fate.miss, reason: fwd === 'stale' ? 'expired' : 'absent' }
}

/** True where the cache asked its upstream for this answer itself. */
export function hasAsked({ isHit, isCollapsed, detail }: CacheWord): boolean {
  return !isHit && !isCollapsed && detail !== 'stale-while-revalidate'
}
