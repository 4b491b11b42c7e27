-- A firmware goes to one device as it goes to many: by a rollout.
DROP TABLE pushes;
