"""Training: one loop for pretraining, mid-training and fine-tuning, on a CPU or on GPUs."""
