"""The pages that technicians and supervisors work in. Presentation only: it never loads TensorFlow."""
