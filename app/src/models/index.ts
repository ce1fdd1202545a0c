// models: what a model folder holds, where models are kept, and how one becomes an encoder.

export { CARD, type Card, readCard } from './card.ts';
export { findModel, type Listed, listModels, modelAt, modelNamed, modelsFolder, SHIPPED } from './catalogue.ts';
export { removeModel, tuneModel } from './change.ts';
export { checkModel, type ModelCheck } from './check.ts';
export { type DownloadOptions, type DownloadPlan, downloadModel, HUB, isHubName } from './download.ts';
export { type Fusion, UNTUNED } from './fusion.ts';
export { type AddOptions, addModel, checkNewName } from './install.ts';
export { type LoadedEncoder, loadEncoder } from './load.ts';
export { FIELDS, type Model, readModel, type Settings } from './model.ts';
