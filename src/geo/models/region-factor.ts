import { vectorDistanceKm } from '../distance.ts'
import { regionFactorRtt } from '../region-factors.ts'
import { defineRttModel } from '../rtt.ts'

export const regionFactor = defineRttModel({
  name: 'region-factor',
  title: 'Light in fibre times a factor for each two of 13 regions',
  source: 'median factors of measured city pairs; parameters in config/rtt-parameters.json',
  params: {},
  between: (atlas, _params, fitted) => (from, to) =>
    regionFactorRtt(atlas, fitted.regionFactor, from, to, (i, j) => vectorDistanceKm(from, i, to, j)),
})
