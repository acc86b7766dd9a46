"""What explains an incident of ours: candidates, their evidence, the answer with its reasons. All pure."""
