"""Who gets which seat of support under which policy, whom each reaches, and what each rule costs."""
