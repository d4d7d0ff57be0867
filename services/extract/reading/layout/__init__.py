"""What each line of a text is: headline, heading, dateline, notice, prose; its sentences and quotations."""
