//! Text to model and back: inventory.yaml, recipes, their lint rules.
