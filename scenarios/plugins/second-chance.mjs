// A policy of one's own, as a plugin: cdnlab --plugin scenarios/plugins/second-chance.mjs compare TRACE --policy lru,second-chance
export const plugin = ({ definePolicy, SlotLists, z }) => ({
  policies: [
    definePolicy({
      name: 'second-chance',
      title: 'FIFO with a second chance',
      source: 'an example: a hit counts up to `most`; who reaches the tail with a count goes back to the head once',
      params: z.strictObject({ most: z.number().int().min(1).max(255).default(1) }),
      create: (_context, { most }) => secondChance(new SlotLists(), most),
    }),
  ],
})

/** The verbs of a policy over a queue of slots: newcomers at the head, who leaves at the tail. */
function secondChance(queue, most) {
  const counts = []
  return {
    overdue: false,
    hit: slot => {
      counts[slot] = Math.min(most, counts[slot] + 1)
    },
    admit: () => true,
    evict() {
      for (;;) {
        const slot = queue.tail()
        queue.unlink(slot)
        if (counts[slot] === 0) return slot
        counts[slot]--
        queue.pushHead(slot)
      }
    },
    insert(slot) {
      counts[slot] = 0
      queue.pushHead(slot)
    },
    remove: slot => queue.unlink(slot),
    metadataBytes: () => queue.bytes + counts.length,
  }
}
