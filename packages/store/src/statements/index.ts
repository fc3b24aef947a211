export * from "./bindings.js";
export * from "./changes.js";
export {
  type CollectionChange,
  type CollectionRow,
  collectionById,
  collectionColumns,
  createCollection,
  createHome,
  deleteCollection,
  type NewCollection,
  setCollectionOwner,
  touchCollection,
  updateCollection,
} from "./collections.js";
export * from "./credentials.js";
export * from "./dead-properties.js";
export * from "./domains.js";
export * from "./grants.js";
export * from "./locks.js";
export * from "./memberships.js";
export * from "./objects.js";
export * from "./outbox.js";
export * from "./principals.js";
export * from "./settings.js";
export * from "./transfer.js";
export * from "./write-objects.js";
