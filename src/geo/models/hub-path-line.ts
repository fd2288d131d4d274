import { hubPathBetween } from '../hub-path.ts'
import { defineRttModel } from '../rtt.ts'

export const hubPathLine = defineRttModel({
  name: 'hub-path-line',
  title: 'A straight line over the shortest way along cables and hubs',
  source: 'own graph of 140 hubs and 298 corridors; parameters in config/rtt-parameters.json',
  params: {},
  between: (atlas, _params, fitted) => {
    const [startMs, msPerKm] = fitted.hubPathLine
    return (from, to) => {
      const wayKm = hubPathBetween(atlas, from, to)
      return (i, j) => startMs + msPerKm * wayKm(i, j)
    }
  },
})
