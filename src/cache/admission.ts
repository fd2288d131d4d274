import type { Random } from '../lib/random.ts'
import type { Definition } from '../lib/registry.ts'
import type { ObjectId } from './policy.ts'

/** Decides who may enter, whatever the policy. It sees every ask of its shelf, so that it can count. */
export interface Admission {
  /** An object was asked for, held or not. */
  seen(id: ObjectId): void
  /** May this object, which fits, enter now? Called once for each attempt to store, after the policy's own `admit`. */
  admits(id: ObjectId, bytes: number): boolean
  /** An object is held from now on. */
  entered(id: ObjectId, bytes: number): void
  /** An object is not held any more, whatever the reason. */
  left(id: ObjectId): void
  metadataBytes(): number
}

export interface AdmissionContext {
  capacityBytes: number
  random: Random
}

export interface AdmissionDefinition<Params = unknown> extends Definition<Params> {
  create(context: AdmissionContext, params: Params): Admission
}

/** Declares an admission rule: one file, one call, and one line in `policies/admission/index.ts`. */
export function defineAdmission<Params>(definition: AdmissionDefinition<Params>): AdmissionDefinition<Params> {
  return definition
}
