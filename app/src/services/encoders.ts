// The models that the site can search with: added, listed, shown, checked and removed.

export {
  type AddOptions,
  addModel,
  checkModel,
  checkNewName,
  type DownloadPlan,
  downloadModel,
  HUB,
  isHubName,
  type Listed,
  listModels,
  type Model,
  modelAt,
  modelNamed,
  readCard,
  removeModel,
} from '../models/index.ts';
