"""Items whose answer is known, hidden in the flow: who is right how often, and when gold wears."""
