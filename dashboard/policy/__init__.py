"""The parts of the page "Policy": what a change would do, saving it, and the versions there were."""
