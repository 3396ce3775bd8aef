"""What each step of mitigation buys and costs, weighed on one test; looked at, never judged."""
