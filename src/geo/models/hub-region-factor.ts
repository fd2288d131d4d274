import { hubPathBetween } from '../hub-path.ts'
import { regionFactorRtt } from '../region-factors.ts'
import { defineRttModel } from '../rtt.ts'

/** The default: of all forms the nearest to pairs of cities that were kept out of the fit, on either kind of network. */
export const hubRegionFactor = defineRttModel({
  name: 'hub-region-factor',
  title: 'The way along cables and hubs, times a factor for each two regions',
  source: 'own graph of 140 hubs and 298 corridors; parameters in config/rtt-parameters.json',
  params: {},
  between: (atlas, _params, fitted) => (from, to) =>
    regionFactorRtt(atlas, fitted.hubRegionFactor, from, to, hubPathBetween(atlas, from, to)),
})
